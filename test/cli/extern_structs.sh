# Structs in calls of C functions are what gcc makes of them: drawn shapes, between arguments that use up registers.
. "$TOP/test/cli/lib.bash"

for seed in 1 2 3; do
    python3 "$TOP/test/cli/extern_structs.py" $seed 40
    gcc -O1 -w oracle.c functions.c -o oracle && ./oracle >wanted
    [ "$(wc -l <wanted)" -gt 300 ] || fail "seed $seed: the oracle printed little"
    for profile in '' --debug; do
        expect 0 '' "$FLUFFYC" build $profile program.fl
        FLUFFY_VERIFY=1 ./program >got 2>&1
        cmp -s got wanted || fail "seed $seed $profile: $(diff got wanted | head -5)"
    done
done
