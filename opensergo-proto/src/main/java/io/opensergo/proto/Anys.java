package io.opensergo.proto;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Message;

/** Messages in a {@code google.protobuf.Any}. */
final class Anys {

    private static final String PREFIX = "type.googleapis.com/";
    private static final int MAX_SHOWN = 200;

    private Anys() {}

    static Any pack(Message message) {
        return pack(message.getDescriptorForType().getFullName(), message.toByteString());
    }

    static Any pack(String typeName, ByteString value) {
        return Any.newBuilder().setTypeUrl(PREFIX + typeName).setValue(value).build();
    }

    /** Returns whether the type URL is this type name after a prefix that ends in a slash. */
    static boolean is(Any any, String typeName) {
        String url = any.getTypeUrl();
        int slash = url.length() - typeName.length() - 1;
        return slash >= 0 && url.charAt(slash) == '/' && url.endsWith(typeName);
    }

    /** Returns the type URL for print, since it may be anything. */
    static String describeType(Any any) {
        return '"' + Texts.abbreviate(any.getTypeUrl(), MAX_SHOWN) + '"';
    }
}
