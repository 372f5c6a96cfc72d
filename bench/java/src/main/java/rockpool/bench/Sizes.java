package rockpool.bench;

/**
 * The sizes of the mixed suites, as ../../../../../../src/contenders/sizes.mjs makes them: integers only, so that
 * both sides have the same table. Change them together.
 */
final class Sizes {
    /** Entries of the table, a power of two. */
    static final int COUNT = 1024;

    private static final int SEED = 0x2545f491;
    private static final int LEAST_OCTAVE = 6; // 64 bytes
    private static final int OCTAVES = 10; // up to 64 KiB

    private Sizes() {}

    /** Log-uniform by octaves: an octave is drawn, then a size in it. */
    static int[] table() {
        int[] sizes = new int[COUNT];
        int state = SEED;
        for (int k = 0; k < COUNT; k++) {
            state = step(state);
            int octave = 1 << (LEAST_OCTAVE + (state >>> 8) % OCTAVES);
            state = step(state);
            sizes[k] = octave + (state >>> 8) % octave;
        }
        return sizes;
    }

    /** Tells two tables apart. */
    static int checksum() {
        int sum = 0;
        for (int size : table()) {
            sum = sum * 31 + size;
        }
        return sum;
    }

    /** Marsaglia's xorshift of 32 bits. */
    private static int step(int state) {
        state ^= state << 13;
        state ^= state >>> 17;
        return state ^ state << 5;
    }
}
