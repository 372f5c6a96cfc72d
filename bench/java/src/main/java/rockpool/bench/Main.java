package rockpool.bench;

import com.sun.management.ThreadMXBean;
import io.netty.buffer.AdaptiveByteBufAllocator;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.concurrent.FastThreadLocalThread;
import io.netty.util.internal.PlatformDependent;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The process of one Java contender in one round, timed as ../../../../../../src/child.mjs times its own: warms
 * up, takes samples, then counts collections and bytes in a second run that is not timed. Prints one line of JSON.
 *
 * <pre>java -cp 'classes:lib/*' rockpool.bench.Main benchmark=alloc allocator=pooled bytes=1024</pre>
 *
 * The work is done on a FastThreadLocalThread, as Netty's event loops are: on any other thread its allocators use
 * no thread cache.
 */
public final class Main {
    /** Ends up with what every loop returned. */
    private static int sink;

    private Main() {}

    /**
     * @param args `name=value`: benchmark, allocator (pooled, adaptive), bytes, iterations, operations, warmMs, sampleMs, samples
     */
    public static void main(String[] args) throws InterruptedException {
        Map<String, String> options = new HashMap<>();
        for (String arg : args) {
            String[] pair = arg.split("=", 2);
            options.put(pair[0], pair[1]);
        }
        Thread worker = new FastThreadLocalThread(() -> System.out.println(measure(options)), "bench");
        worker.start();
        worker.join();
    }

    private static int number(Map<String, String> options, String name, int fallback) {
        return Integer.parseInt(options.getOrDefault(name, Integer.toString(fallback)));
    }

    private static String measure(Map<String, String> options) {
        ByteBufAllocator allocator = switch (options.get("allocator")) {
            case "pooled" -> PooledByteBufAllocator.DEFAULT;
            case "adaptive" -> new AdaptiveByteBufAllocator();
            default -> throw new IllegalArgumentException("no allocator named " + options.get("allocator"));
        };
        Loop loop = new Loops(allocator).byName(options.get("benchmark"), number(options, "bytes", 0));
        int iterations = number(options, "iterations", 1000);
        int operations = iterations * number(options, "operations", 1);
        int samples = number(options, "samples", 11);
        double sampleNanos = number(options, "sampleMs", 20) * 1e6;

        double[] taken = new double[samples];
        int calls = calibrate(loop, iterations, sampleNanos, number(options, "warmMs", 1200) * 1_000_000L);
        for (int k = 0; k < samples; k++) {
            long begin = System.nanoTime();
            repeat(loop, calls, iterations);
            taken[k] = (double) (System.nanoTime() - begin) / calls / operations;
        }
        String figures = count(loop, calls * samples, iterations, operations);
        return "{\"status\":\"ok\",\"samples\":" + Arrays.toString(taken) + ",\"figures\":{" + figures + "},\"sizes\":"
                + Sizes.checksum() + ",\"leakDetection\":\"" + ResourceLeakDetector.getLevel().name().toLowerCase()
                + "\",\"unsafe\":" + PlatformDependent.hasUnsafe() + ",\"sink\":" + sink + "}";
    }

    private static void repeat(Loop loop, int calls, int iterations) {
        for (int call = 0; call < calls; call++) {
            sink += loop.run(iterations);
        }
    }

    /** Warms up. @return the calls that fill a sample, once the code is warm */
    private static int calibrate(Loop loop, int iterations, double sampleNanos, long warmNanos) {
        int calls = 1;
        long start = System.nanoTime();
        for (;;) {
            long begin = System.nanoTime();
            repeat(loop, calls, iterations);
            long end = System.nanoTime();
            double took = end - begin;
            if (took < sampleNanos / 2) {
                calls *= 2;
            } else if (end - start >= warmNanos) {
                return (int) Math.max(1, Math.round(calls * sampleNanos / took));
            }
        }
    }

    /** Collections are told apart by the names of G1's collectors; another collector's count as major. */
    private static String count(Loop loop, int calls, int iterations, int operations) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        Map<String, long[]> before = collections();
        long bytes = threads.getCurrentThreadAllocatedBytes();
        repeat(loop, calls, iterations);
        bytes = threads.getCurrentThreadAllocatedBytes() - bytes;
        double total = (double) calls * operations;
        double[] sums = new double[3];
        collections().forEach((name, after) -> {
            boolean young = name.contains("Young");
            sums[young ? 0 : 1] += after[0] - before.get(name)[0];
            sums[2] += after[1] - before.get(name)[1];
        });
        Map<String, Double> figures = Map.of(
                "heap B/op", bytes / total,
                "minor GC/M op", sums[0] / total * 1e6,
                "major GC/M op", sums[1] / total * 1e6,
                "GC ns/op", sums[2] * 1e6 / total);
        return figures.entrySet().stream()
                .map(figure -> "\"" + figure.getKey() + "\":" + figure.getValue())
                .collect(Collectors.joining(","));
    }

    /** @return collections and their milliseconds so far, by collector */
    private static Map<String, long[]> collections() {
        return ManagementFactory.getGarbageCollectorMXBeans().stream()
                .collect(Collectors.toMap(GarbageCollectorMXBean::getName, bean ->
                        new long[] {bean.getCollectionCount(), bean.getCollectionTime()}));
    }
}
