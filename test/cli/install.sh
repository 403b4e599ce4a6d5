# `make install` gives a compiler that works from where it is put.
. "$TOP/test/cli/lib.bash"
hello
prefix=$PWD/prefix
make -s -C "$TOP" BUILD="$BUILD" PREFIX="$prefix" install >install.log 2>&1 || fail "make install failed: $(tail -n 5 install.log)"
expect 0 '' "$prefix/bin/fluffyc" build hello.fl
expect 0 '' ./hello
expect_stdout hello
ln -s "$prefix/bin/fluffyc" linked
expect 0 '' ./linked run hello.fl
expect_stdout hello
