package rockpool.bench;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/**
 * The loops over Netty's buffers, turn by turn those of ../../../../../../src/contenders/buffer-loops.mjs. Change
 * them together. A byte of every buffer is written and read.
 */
final class Loops {
    /** Buffers that live at once in the held loops. */
    private static final int HELD = 32;
    /** Bytes of the buffer that is sliced, and of a slice. */
    private static final int PARENT_BYTES = 1024;
    private static final int SLICE_BYTES = 256;

    private final ByteBufAllocator allocator;
    /** Where slices escape to: without it the JVM makes none. */
    private ByteBuf kept;

    Loops(ByteBufAllocator allocator) {
        this.allocator = allocator;
    }

    Loop byName(String name, int bytes) {
        return switch (name) {
            case "alloc" -> alloc(bytes);
            case "held" -> held(bytes);
            case "mixed" -> mixed();
            case "mixed-held" -> mixedHeld();
            case "fill" -> fill(bytes);
            case "retained-slice" -> retainedSlice();
            case "slice" -> slice();
            default -> new TypedLoops(allocator).byName(name);
        };
    }

    private static int touch(ByteBuf buf, int turn) {
        buf.setByte(0, turn);
        return buf.getUnsignedByte(0);
    }

    private Loop alloc(int bytes) {
        return turns -> {
            int sum = 0;
            for (int i = 0; i < turns; i++) {
                ByteBuf buf = allocator.directBuffer(bytes);
                sum += touch(buf, i);
                buf.release();
            }
            return sum;
        };
    }

    /** A ring of live buffers: each turn allocates one, and releases the one whose place it takes. */
    private Loop held(int bytes) {
        ByteBuf[] ring = new ByteBuf[HELD];
        for (int k = 0; k < HELD; k++) {
            ring[k] = allocator.directBuffer(bytes);
        }
        int[] cursor = {0};
        return turns -> {
            int sum = 0;
            int at = cursor[0];
            for (int i = 0; i < turns; i++) {
                ByteBuf buf = allocator.directBuffer(bytes);
                sum += touch(buf, i);
                ByteBuf oldest = ring[at];
                ring[at] = buf;
                at = at + 1 & HELD - 1;
                oldest.release();
            }
            cursor[0] = at;
            return sum;
        };
    }

    private Loop mixed() {
        int[] sizes = Sizes.table();
        int[] cursor = {0};
        return turns -> {
            int sum = 0;
            int next = cursor[0];
            for (int i = 0; i < turns; i++) {
                ByteBuf buf = allocator.directBuffer(sizes[next]);
                next = next + 1 & Sizes.COUNT - 1;
                sum += touch(buf, i);
                buf.release();
            }
            cursor[0] = next;
            return sum;
        };
    }

    private Loop mixedHeld() {
        int[] sizes = Sizes.table();
        ByteBuf[] ring = new ByteBuf[HELD];
        for (int k = 0; k < HELD; k++) {
            ring[k] = allocator.directBuffer(sizes[k]);
        }
        int[] cursors = {0, 0};
        return turns -> {
            int sum = 0;
            int at = cursors[0];
            int next = cursors[1];
            for (int i = 0; i < turns; i++) {
                ByteBuf buf = allocator.directBuffer(sizes[next]);
                next = next + 1 & Sizes.COUNT - 1;
                sum += touch(buf, i);
                ByteBuf oldest = ring[at];
                ring[at] = buf;
                at = at + 1 & HELD - 1;
                oldest.release();
            }
            cursors[0] = at;
            cursors[1] = next;
            return sum;
        };
    }

    /** Every byte goes in from an array, and out to another. */
    private Loop fill(int bytes) {
        byte[] source = new byte[bytes];
        byte[] target = new byte[bytes];
        return turns -> {
            int sum = 0;
            for (int i = 0; i < turns; i++) {
                source[bytes - 1] = (byte) i;
                ByteBuf buf = allocator.directBuffer(bytes);
                buf.setBytes(0, source);
                buf.getBytes(0, target);
                sum += target[bytes - 1] & 0xff;
                buf.release();
            }
            return sum;
        };
    }

    private ByteBuf parent() {
        return allocator.directBuffer(PARENT_BYTES).writeZero(PARENT_BYTES);
    }

    private Loop retainedSlice() {
        ByteBuf parent = parent();
        return turns -> {
            int sum = 0;
            for (int i = 0; i < turns; i++) {
                ByteBuf slice = parent.retainedSlice(i & 511, SLICE_BYTES);
                kept = slice;
                sum += touch(slice, i);
                slice.release();
            }
            return sum;
        };
    }

    private Loop slice() {
        ByteBuf parent = parent();
        return turns -> {
            int sum = 0;
            for (int i = 0; i < turns; i++) {
                ByteBuf slice = parent.slice(i & 511, SLICE_BYTES);
                kept = slice;
                sum += touch(slice, i);
            }
            return sum;
        };
    }
}
