package io.opensergo.grpc;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * Writes a {@code google.rpc.Status} with one detail, a {@code google.rpc.RetryInfo}, in the wire
 * format of protobuf: a few fields, for which an application needs no protobuf of any version.
 */
final class ErrorDetails {

    private static final int VARINT = 0;
    private static final int LENGTH_DELIMITED = 2;

    private static final String RETRY_INFO = "type.googleapis.com/google.rpc.RetryInfo";

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    private ErrorDetails() {}

    /** Returns the bytes of a status that says how long to wait before a retry. */
    static byte[] retryAfter(int code, String message, Duration delay) {
        byte[] duration =
                new ErrorDetails()
                        .number(1, delay.getSeconds())
                        .number(2, delay.getNano())
                        .toBytes();
        byte[] retryInfo = new ErrorDetails().bytes(1, duration).toBytes();
        byte[] any = new ErrorDetails().text(1, RETRY_INFO).bytes(2, retryInfo).toBytes();
        return new ErrorDetails().number(1, code).text(2, message).bytes(3, any).toBytes();
    }

    private ErrorDetails number(int field, long value) {
        if (value != 0) {
            varint((field << 3) | VARINT);
            varint(value);
        }
        return this;
    }

    private ErrorDetails text(int field, String value) {
        return bytes(field, value.getBytes(StandardCharsets.UTF_8));
    }

    private ErrorDetails bytes(int field, byte[] value) {
        varint((field << 3) | LENGTH_DELIMITED);
        varint(value.length);
        out.writeBytes(value);
        return this;
    }

    /** Seven bits a byte, the lowest first; the top bit says that more follow. */
    private void varint(long value) {
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            out.write((int) ((rest & 0x7F) | 0x80));
            rest >>>= 7;
        }
        out.write((int) rest);
    }

    private byte[] toBytes() {
        return out.toByteArray();
    }
}
