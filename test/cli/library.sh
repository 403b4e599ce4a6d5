# fluffyc build --lib
. "$TOP/test/cli/lib.bash"

printf 'export twice(n: int) int { n * 2 }\n' >twice.fl
printf 'export more(n: int) int { twice:twice(n) + 1 }\n' >more.fl
printf 'twice(n: int) int { n * 2 }\n' >none.fl

expect 2 'one file at a time' "$FLUFFYC" build twice.fl more.fl
expect 2 '`--shared` goes with `--lib NAME`' "$FLUFFYC" build --shared twice.fl
expect 2 '`--emit` does not go with `--lib`' "$FLUFFYC" build --lib two --emit=obj twice.fl
expect 1 'E0706' "$FLUFFYC" build --lib none none.fl
expect 1 '`fluffyc build --lib NAME` makes a library' "$FLUFFYC" build twice.fl
expect 1 "a library can't be called \`a-b\`" "$FLUFFYC" build --lib a-b twice.fl
expect 1 "a library can't be called \`fluffy\`" "$FLUFFYC" build --lib fluffy twice.fl
expect 1 'E0901' "$FLUFFYC" build --lib two missing.fl
expect 1 'E0901' "$FLUFFYC" build --lib two twice.fl missing.fl
expect 1 'twice.fl/out' "$FLUFFYC" build --lib two -o twice.fl/out twice.fl

expect 0 '' "$FLUFFYC" build --lib two --shared -o out more.fl twice.fl
[ "$(ls out | tr '\n' ' ')" = "fluffy.h libtwo.a libtwo.so two.h two.pc " ] || fail "made: $(ls out)"
expect 0 '' "$FLUFFYC" build --lib two --debug twice.fl # again, here
[ -f libtwo.a ] || fail "nothing was made here"
rm -f two.h

# What is visible: the library's own names.
strangers=$(nm -g --defined-only out/libtwo.a | awk 'NF == 3 && $3 !~ /^two_/ { print $3 }'; nm -D --defined-only out/libtwo.so | awk '$3 !~ /^two_/ { print $3 }')
[ -z "$strangers" ] || fail "visible: $strangers"

# The headers alone, as C99 and C++, without a warning; the program by pkg-config.
cat >host.c <<'C'
#include "two.h"
#include <stdio.h>
int main(void) {
    fluffy_runtime *runtime;
    int64_t a, b;
    if (two_twice(1, &a) != FLUFFY_STOPPED || two_start(NULL, &runtime) != FLUFFY_OK)
        return 1;
    if (two_twice(4, &a) != FLUFFY_OK || two_more(4, &b) != FLUFFY_OK)
        return 2;
    printf("%d %d\n", (int)a, (int)b);
    return fluffy_stop(runtime, 0);
}
C
expect 0 '' gcc -std=c99 -Wall -Wextra -Wpedantic -Wstrict-prototypes -Werror -Iout -fsyntax-only host.c
expect 0 '' g++ -x c++ -Wall -Wextra -Werror -Iout -fsyntax-only host.c
expect 0 '' gcc -Iout host.c out/libtwo.a -o host -pthread -lm
expect 0 '' ./host
expect_stdout '8 9'
expect 0 '' gcc -Iout host.c -Lout -ltwo -Wl,-rpath,"$PWD/out" -o host
expect 0 '' ./host
expect_stdout '8 9'
grep -q '^Libs: -L${prefix} -ltwo' out/two.pc || fail "two.pc: $(cat out/two.pc)"
no_files_left
