// Package bench holds the Go side of the pool suites: the loops of ../src/contenders/loops.mjs, over sync.Pool.
// Change them together.
//
//	go test -bench . -run '^$'
//
// With ROCKPOOL_BENCH_COUNT set, creations and collections are counted and reported beside the time.
package bench

import (
	"os"
	"runtime"
	"sync"
	"testing"
)

// item has the fields of Item in ../src/item.mjs.
type item struct {
	id, uses, left, right int
	payload               *byte
	next                  *item
}

const (
	burst    = 100  // items held at once
	starved  = 67   // items of a burst that come back
	bufBytes = 1024 // bytes of a buffer
)

var (
	counting = os.Getenv("ROCKPOOL_BENCH_COUNT") != ""
	created  int

	// Sinks: what ends here is not dead code, and is on the heap.
	sum  int
	keep *item
)

func newItem() any { return new(item) }

func newCountedItem() any {
	created++
	return new(item)
}

func newPool() *sync.Pool {
	if counting {
		return &sync.Pool{New: newCountedItem}
	}
	return &sync.Pool{New: newItem}
}

// collections is the number of garbage collections so far.
func collections() uint32 {
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.NumGC
}

// report runs loop for b.N turns and reports the domain figures of an operation.
func report(b *testing.B, operations int, loop func(n int) int) {
	if !counting {
		sum += loop(b.N)
		return
	}
	before, made := collections(), created
	sum += loop(b.N)
	total := float64(b.N) * float64(operations)
	b.ReportMetric(float64(created-made)/total, "creates/op")
	b.ReportMetric(float64(collections()-before)/total, "collections/op")
}

func use(it *item) int {
	it.uses++
	return it.uses
}

func BenchmarkPair(b *testing.B) {
	pool := newPool()
	report(b, 1, func(n int) int {
		total := 0
		for i := 0; i < n; i++ {
			it := pool.Get().(*item)
			total += use(it)
			pool.Put(it)
		}
		return total
	})
}

func BenchmarkReset(b *testing.B) {
	pool := newPool()
	report(b, 1, func(n int) int {
		total := 0
		for i := 0; i < n; i++ {
			it := pool.Get().(*item)
			total += use(it)
			it.id, it.uses, it.left, it.right, it.payload = 0, 0, 0, 0, nil
			pool.Put(it)
		}
		return total
	})
}

func burstLoop(b *testing.B, returned int) {
	pool := newPool()
	held := make([]*item, burst)
	report(b, burst, func(n int) int {
		total := 0
		for i := 0; i < n; i++ {
			for k := range held {
				it := pool.Get().(*item)
				total += use(it)
				held[k] = it
			}
			for _, it := range held[:returned] {
				pool.Put(it)
			}
		}
		return total
	})
}

func BenchmarkBurst(b *testing.B) { burstLoop(b, burst) }

func BenchmarkStarvation(b *testing.B) { burstLoop(b, starved) }

func BenchmarkMiss(b *testing.B) {
	pool := newPool()
	report(b, 1, func(n int) int {
		total := 0
		for i := 0; i < n; i++ {
			it := pool.Get().(*item)
			total += use(it)
			keep = it
		}
		return total
	})
}

func BenchmarkAllocation(b *testing.B) {
	report(b, 1, func(n int) int {
		total := 0
		for i := 0; i < n; i++ {
			it := new(item)
			total += use(it)
			keep = it
		}
		created += n
		return total
	})
}

func BenchmarkBuffer(b *testing.B) {
	pool := &sync.Pool{New: func() any {
		created++
		return new([bufBytes]byte)
	}}
	report(b, 1, func(n int) int {
		total := 0
		for i := 0; i < n; i++ {
			buf := pool.Get().(*[bufBytes]byte)
			buf[0]++
			total += int(buf[0])
			pool.Put(buf)
		}
		return total
	})
}

// resource is opened, used and closed once a scope.
type resource struct{ uses, open int }

var shared resource

func (r *resource) close() { r.open-- }

//go:noinline
func deferred() int {
	r := &shared
	r.open++
	defer r.close()
	r.uses++
	return r.uses
}

func BenchmarkDefer(b *testing.B) {
	report(b, 1, func(n int) int {
		total := 0
		for i := 0; i < n; i++ {
			total += deferred()
		}
		return total
	})
}
