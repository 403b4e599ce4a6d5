module fluffy/bench

go 1.19
