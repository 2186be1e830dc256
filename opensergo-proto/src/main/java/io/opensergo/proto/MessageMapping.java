package io.opensergo.proto;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import io.opensergo.rules.InvalidRuleException;
import io.opensergo.rules.Metadata;
import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleKind;
import java.util.function.Consumer;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * How the rules of one kind travel as a public message. Immutable.
 *
 * <p>An implementation says in the message whatever the message can express and leaves unset what
 * the rule leaves unset; whether that is the whole rule is found out by decoding it again.
 *
 * @param <R> the record class of the kind
 * @param <M> the public message
 */
abstract class MessageMapping<R extends Rule, M extends Message> {

    private final RuleKind<R> kind;
    private final String typeName;
    private final Parser<M> parser;

    MessageMapping(RuleKind<R> kind, Descriptor descriptor, Parser<M> parser) {
        this.kind = kind;
        this.typeName = descriptor.getFullName();
        this.parser = parser;
    }

    final RuleKind<R> kind() {
        return kind;
    }

    /** Returns the full name of the message. */
    final String typeName() {
        return typeName;
    }

    /** Returns as much of the rule as the message can express. */
    abstract M toMessage(R rule);

    /** Returns the rule's name in a message, or {@code null} if such messages have none. */
    abstract @Nullable String nameIn(M message);

    /**
     * Returns the rule of a message.
     *
     * @param warnings takes what was ignored or put right
     * @throws InvalidRuleException if the message is no rule
     */
    abstract R toRule(M message, Metadata metadata, Consumer<String> warnings);

    final M parse(ByteString bytes) {
        try {
            return parser.parseFrom(bytes);
        } catch (InvalidProtocolBufferException e) {
            throw MessageFaults.invalid(
                    "",
                    "must be the bytes of a " + typeName,
                    bytes.size() + " bytes that are none (" + e.getMessage() + ")");
        }
    }

    final EncodedMessage encode(Rule rule) {
        R typed = kind.type().cast(rule);
        M message = toMessage(typed);
        ByteString bytes = message.toByteString();
        return new EncodedMessage(Anys.pack(typeName, bytes), expresses(message, bytes, typed));
    }

    /** A rule without an app is never sufficient: its receiver would bind it to its own app. */
    private boolean expresses(M message, ByteString bytes, R rule) {
        String app = rule.app();
        if (app == null) {
            return false;
        }
        String name = nameIn(message);
        SharedMetadata shared = SharedMetadata.of(rule.metadata().namespace(), app);
        try {
            Metadata metadata = shared.named(name == null ? derivedName(bytes) : name);
            return toRule(message, metadata, warning -> {}).equals(rule);
        } catch (InvalidRuleException e) {
            return false;
        }
    }

    /** Returns a name that is the same whenever the same message comes again. */
    static String derivedName(ByteString bytes) {
        var hash = new CRC32();
        hash.update(bytes.asReadOnlyByteBuffer());
        return String.format("unnamed-%08x", hash.getValue());
    }
}
