module rockpool.invalid/bench

go 1.21
