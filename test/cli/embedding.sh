# What docs/embedding.md has a reader do, to the letter: its Fluffy file, its program in C, its two ways to link.
. "$TOP/test/cli/lib.bash"

# The first block of the page in that language.
block() {
    awk -v fence='```'"$1" '$0 == fence && !done { on = 1; next } on && $0 == "```" { on = 0; done = 1 } on' "$TOP/docs/embedding.md"
}
block fluffy >pool.fl
block c >host.c
answers=$(printf 'job %d: %d\n' 0 0 1 10 2 20 3 30 4 40)

expect 0 '' "$FLUFFYC" build --lib pool -o out pool.fl
expect 0 '' gcc -Wall -Wextra -Werror -Iout host.c out/libpool.a -pthread -lm
expect 0 '' ./a.out
expect_stdout "$answers"
if command -v pkg-config >/dev/null; then
    export PKG_CONFIG_PATH=out
    # shellcheck disable=SC2046
    expect 0 '' gcc -o by_pkg_config host.c $(pkg-config --cflags --libs --static pool)
    expect 0 '' ./by_pkg_config
    expect_stdout "$answers"
fi
no_files_left
