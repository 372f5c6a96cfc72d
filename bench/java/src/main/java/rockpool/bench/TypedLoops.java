package rockpool.bench;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/**
 * Typed access, by the names of ../../../../../../src/suites/buffer-typed.mjs. A turn makes CALLS calls from the
 * buffer's begin. What is written depends on the turn; what is read is summed up.
 */
final class TypedLoops {
    private static final int BYTES = 1024;
    /** Calls of a turn: 1 KiB of the widest. */
    private static final int CALLS = 128;

    private final ByteBuf buf;

    TypedLoops(ByteBufAllocator allocator) {
        buf = allocator.directBuffer(BYTES);
        for (int k = 0; k < BYTES; k++) {
            buf.writeByte(k);
        }
    }

    /** One call: writes a value made of `k`, or reads one. */
    @FunctionalInterface
    private interface Write {
        void call(ByteBuf buf, int k);
    }

    @FunctionalInterface
    private interface Read {
        int call(ByteBuf buf, int k);
    }

    Loop byName(String name) {
        return switch (name) {
            case "writeUInt8" -> writing((b, k) -> b.writeByte(k));
            case "writeUInt16LE" -> writing((b, k) -> b.writeShortLE(k));
            case "writeUInt24BE" -> writing((b, k) -> b.writeMedium(k));
            case "writeUInt32BE" -> writing((b, k) -> b.writeInt(k));
            case "writeInt32LE" -> writing((b, k) -> b.writeIntLE(k));
            case "writeBigUInt64BE" -> writing((b, k) -> b.writeLong(k));
            case "writeFloatBE" -> writing((b, k) -> b.writeFloat(k + 0.5f));
            case "writeDoubleLE" -> writing((b, k) -> b.writeDoubleLE(k + 0.5));
            case "setUInt32BE" -> writing((b, k) -> b.setInt(k << 2, k));
            case "readUInt8" -> reading((b, k) -> b.readUnsignedByte());
            case "readUInt16LE" -> reading((b, k) -> b.readUnsignedShortLE());
            case "readUInt24BE" -> reading((b, k) -> b.readUnsignedMedium());
            case "readUInt32BE" -> reading((b, k) -> (int) b.readUnsignedInt());
            case "readInt32LE" -> reading((b, k) -> b.readIntLE());
            case "readBigUInt64BE" -> reading((b, k) -> b.readLong() == k ? 1 : 0);
            case "readFloatBE" -> reading((b, k) -> b.readFloat() > 0 ? 1 : 0);
            case "readDoubleLE" -> reading((b, k) -> b.readDoubleLE() > 0 ? 1 : 0);
            case "getUInt32BE" -> reading((b, k) -> (int) b.getUnsignedInt(k << 2));
            default -> throw new IllegalArgumentException("no benchmark named " + name);
        };
    }

    private Loop writing(Write write) {
        return turns -> {
            int sum = 0;
            for (int i = 0; i < turns; i++) {
                buf.clear();
                for (int k = 0; k < CALLS; k++) {
                    write.call(buf, k + i & 127);
                }
                sum += buf.getByte(CALLS - 1);
            }
            return sum;
        };
    }

    private Loop reading(Read read) {
        return turns -> {
            int sum = 0;
            for (int i = 0; i < turns; i++) {
                buf.setIndex(0, BYTES);
                for (int k = 0; k < CALLS; k++) {
                    sum += read.call(buf, k);
                }
            }
            return sum;
        };
    }
}
