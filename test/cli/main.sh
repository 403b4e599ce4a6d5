# A module without a main can be checked, not built.
. "$TOP/test/cli/lib.bash"

printf 'helper() { 1 }\n' >library.fl
expect 0 '' "$FLUFFYC" check library.fl
expect 1 'E0702' "$FLUFFYC" build library.fl
