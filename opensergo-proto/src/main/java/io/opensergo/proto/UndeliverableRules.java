package io.opensergo.proto;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.StringValue;
import org.jspecify.annotations.Nullable;

/**
 * Why a control plane cannot deliver the rules of a key, in place of them: a {@code
 * google.protobuf.StringValue}, which is no rule to any client.
 *
 * <p>So a client is answered even if there is nothing for it to use: it keeps the rules that it
 * has, refuses the push, and can say why. A NACK of the control plane would have public clients
 * drop the key for good.
 */
public final class UndeliverableRules {

    private static final String TYPE_NAME = StringValue.getDescriptor().getFullName();
    private static final int MAX_SHOWN = 1000;

    private UndeliverableRules() {}

    /** Returns what is pushed in place of the rules. */
    public static Any write(String reason) {
        return Anys.pack(StringValue.of(reason));
    }

    /** Returns the reason, for print; {@code null} if a message gives none. */
    static @Nullable String reasonIn(Any item) {
        if (!Anys.is(item, TYPE_NAME)) {
            return null;
        }
        try {
            return Texts.abbreviate(StringValue.parseFrom(item.getValue()).getValue(), MAX_SHOWN);
        } catch (InvalidProtocolBufferException e) {
            return null; // then it is a message of the wrong type like any other
        }
    }
}
