package io.opensergo.controlplane;

import io.grpc.netty.shaded.io.netty.buffer.ByteBuf;

/**
 * Finds the heads of HTTP/2 frames in a stream of bytes, in whatever pieces it comes. It reads
 * without moving the reader index, and keeps nothing of the payloads.
 *
 * <p>Confined to the event loop of a connection.
 */
final class FrameScan {

    private static final int HEAD = 9;

    /** Is told of each frame when its head is complete. */
    interface Visitor {

        /** Returns whether to go on. */
        boolean frame(int length, int type, int flags, int stream);
    }

    private long head; // its first eight bytes
    private int have;
    private int toSkip;

    /** Lets so many bytes pass first; to be called between two frames. */
    void skip(int bytes) {
        toSkip += bytes;
    }

    /** Returns whether the visitor would go on. */
    boolean scan(ByteBuf bytes, Visitor visitor) {
        int at = bytes.readerIndex();
        int end = bytes.writerIndex();
        while (at < end) {
            if (toSkip > 0) {
                int skipped = Math.min(toSkip, end - at);
                toSkip -= skipped;
                at += skipped;
            } else if (have < HEAD - 1) {
                head = (head << 8) | (bytes.getByte(at++) & 0xFF);
                have++;
            } else {
                int stream = (int) (head << 8) | (bytes.getByte(at++) & 0xFF);
                int length = (int) (head >>> 40);
                int type = (int) (head >>> 32) & 0xFF;
                int flags = (int) (head >>> 24) & 0xFF;
                have = 0;
                head = 0;
                toSkip = length;
                if (!visitor.frame(length, type, flags, stream & Integer.MAX_VALUE)) {
                    return false;
                }
            }
        }
        return true;
    }
}
