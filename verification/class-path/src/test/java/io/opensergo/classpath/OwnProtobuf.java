package io.opensergo.classpath;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;

/** The application's own protobuf. */
final class OwnProtobuf {

    private OwnProtobuf() {}

    static String roundTrip(String text) throws InvalidProtocolBufferException {
        byte[] written =
                Struct.newBuilder()
                        .putFields("key", Value.newBuilder().setStringValue(text).build())
                        .build()
                        .toByteArray();
        return Struct.parseFrom(written).getFieldsOrThrow("key").getStringValue();
    }
}
