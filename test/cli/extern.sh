# C functions: what a program is linked with, and what is said when something is missing.
. "$TOP/test/cli/lib.bash"

cat >shapes.c <<'END'
#include <stdint.h>
int64_t area(int64_t w, int64_t h) { return w * h; }
END
printf 'extern c {\n    area(w: int, h: int) int\n}\nmain() {\n    println(area(6, 7))\n}\n' >app.fl

expect 1 'E0915' "$FLUFFYC" build app.fl
expect 1 'app.fl:2:5' "$FLUFFYC" build app.fl
expect 1 'the linker finds no C function `area`' "$FLUFFYC" build app.fl
expect 1 '"E0915"' "$FLUFFYC" build --json app.fl
[ ! -e app ] || fail "a failed link left its output"
expect 0 '' "$FLUFFYC" check app.fl
expect 0 '' "$FLUFFYC" build --link shapes.c app.fl
expect 0 '' ./app
expect_stdout 42
expect 0 '' "$FLUFFYC" run --link ./shapes.c --debug app.fl
expect_stdout 42

gcc -c shapes.c && ar rcs libshapes.a shapes.o
expect 0 '' "$FLUFFYC" build --link libshapes.a app.fl
expect 0 '' "$FLUFFYC" build --link=shapes.o app.fl
expect 0 '' ./app
expect_stdout 42
expect 1 'there is no file `other.a` to link with' "$FLUFFYC" build --link other.a app.fl
expect 1 'E0914' "$FLUFFYC" build --link nowhere_at_all app.fl
expect 1 'the linker finds no library `nowhere_at_all`' "$FLUFFYC" build --link nowhere_at_all app.fl
expect 1 'pkg-config knows no `nowhere-at-all`' "$FLUFFYC" build --pkg-config nowhere-at-all app.fl
expect 2 'no option of `fluffyc check`' "$FLUFFYC" check --link m app.fl

mkdir -p packages
printf 'Name: shapes\nDescription: shapes\nVersion: 1\nLibs: -L%s -lshapes\n' "$PWD" >packages/shapes.pc
expect 0 '' env PKG_CONFIG_PATH="$PWD/packages" "$FLUFFYC" build --pkg-config shapes app.fl
expect 0 '' ./app
expect_stdout 42

# What a source names lies beside it.
mkdir -p part && cp shapes.c part
sed 's/extern c/extern c "shapes.c", "m"/' app.fl >part/beside.fl
expect 0 '' "$FLUFFYC" run part/beside.fl
expect_stdout 42
sed 's/extern c/extern c "missing.c"/' app.fl >part/missing.fl
expect 1 'part/missing.fl:1:10' "$FLUFFYC" build part/missing.fl
expect 1 'there is no file `part/missing.c`' "$FLUFFYC" build part/missing.fl
sed 's/extern c/extern c "no_such_library"/' app.fl >part/library.fl
expect 1 'part/library.fl:1:10' "$FLUFFYC" build part/library.fl

# What closes and frees has to be there too.
printf 'extern c {\n    File = handle(no_such_close)\n    fopen(path: string, mode: string) File | nil\n}\nmain() {\n    println(fopen("a", "r"))\n}\n' >close.fl
expect 1 'close.fl:2:19' "$FLUFFYC" build close.fl

# In a library for C: sources become part of it, other libraries are named in its .pc file.
cat >lib.fl <<'END'
extern c "shapes.c", "m" {
    area(w: int, h: int) int
    cbrt(x: float) float
}
export box(w: int, h: int) int { area(w, h) }
export root(x: float) float { cbrt(x) }
END
expect 0 '' env PKG_CONFIG_PATH="$PWD/packages" "$FLUFFYC" build --lib boxes --shared -o out --pkg-config shapes lib.fl
grep -q '^Requires.private: shapes$' out/boxes.pc && grep -q '^Libs.private: -lm ' out/boxes.pc || fail "boxes.pc: $(cat out/boxes.pc)"
cat >host.c <<'END'
#include "boxes.h"
#include <stdio.h>
int main(void) {
    fluffy_runtime *runtime;
    int64_t area;
    double root;
    if (boxes_start(NULL, &runtime) != FLUFFY_OK || boxes_box(6, 7, &area) != FLUFFY_OK || boxes_root(8, &root) != FLUFFY_OK)
        return 1;
    printf("%lld %.3f\n", (long long)area, root);
    return fluffy_stop(runtime, 1000) == FLUFFY_OK ? 0 : 1;
}
END
for library in out/libboxes.a out/libboxes.so; do
    expect 0 '' gcc -Iout host.c "$library" -Wl,-rpath,"$PWD/out" -L. -lshapes -pthread -lm -o host
    expect 0 '' ./host
    expect_stdout '42 2.000'
done
if nm -g --defined-only out/libboxes.a | grep -q ' area$'; then fail "the library shows its C functions"; fi
sed 's/"shapes.c", "m"/"no_such_library"/' lib.fl >missing.fl
expect 1 'the linker finds no library `no_such_library`' "$FLUFFYC" build --lib boxes --shared -o out missing.fl

# A shared library that is named as a file is found when the program runs, wherever that is.
mkdir -p dynamic && gcc -shared -fPIC -o dynamic/shapes.so shapes.c
sed 's/extern c/extern c "shapes.so"/' app.fl >dynamic/app.fl
expect 0 '' "$FLUFFYC" run dynamic/app.fl
expect_stdout 42
expect 0 '' "$FLUFFYC" build -o dynamic_app dynamic/app.fl
here=$PWD
cd /
expect 0 '' "$here/dynamic_app"
expect_stdout 42
cd "$here"
no_files_left
