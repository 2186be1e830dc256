package io.opensergo.proto;

import com.google.protobuf.Any;
import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleKind;
import java.util.ArrayList;
import java.util.List;

/**
 * Turns rule records into wire messages and back; the only place that does.
 *
 * <p>A kind with a public message travels as that message, so that every client of the protocol
 * understands it; each other kind, a user's own included, travels as a {@code
 * google.protobuf.Struct} of its whole document. What a public message cannot say travels beside
 * it, in the details of the response's status, which public clients never read: so nothing is lost
 * between two ends of this library.
 *
 * <p>Immutable; for any number of threads.
 */
public final class WireCodec {

    private final MessageMappings mappings = MessageMappings.standard();

    /** Creates a codec for the kinds of the specification; it takes any other kind as well. */
    public WireCodec() {}

    /**
     * Encodes a set of rules.
     *
     * <p>A rule gets a detail exactly if its message alone would not decode to an equal rule.
     *
     * @param rules rules of any kinds; those of a push are all of one kind
     * @return a message for each rule, and the details of those that need one
     */
    public EncodedRules encode(List<? extends Rule> rules) {
        List<Any> data = new ArrayList<>(rules.size());
        List<Any> details = new ArrayList<>(0);
        for (int i = 0; i < rules.size(); i++) {
            encode(rules.get(i), i, data, details);
        }
        return new EncodedRules(data, details);
    }

    private void encode(Rule rule, int index, List<Any> data, List<Any> details) {
        EncodedMessage message = mappings.encode(rule);
        if (message == null) {
            data.add(Anys.pack(StructMapping.write(rule)));
            return;
        }
        data.add(message.packed());
        if (!message.sufficient()) {
            details.add(DocumentDetails.write(index, rule));
        }
    }

    /**
     * Decodes the rules of a push. A bad message is rejected alone; none makes this method throw.
     *
     * @param kind the kind of every rule
     * @param namespace the namespace of every rule that does not name its own
     * @param app the application that rules from public messages are bound to; none if empty
     * @param data {@code dataWithVersion.data} of the response
     * @param details {@code status.details} of the response
     * @param <R> the record class of the kind
     * @return the good rules, and what is wrong with the rest
     * @throws IllegalArgumentException if the kind has the wire name, but not the record class, of
     *     a kind of the specification
     */
    public <R extends Rule> DecodedRules<R> decode(
            RuleKind<R> kind, String namespace, String app, List<Any> data, List<Any> details) {
        var decoding =
                new Decoding<>(
                        kind, mappings.find(kind), SharedMetadata.of(namespace, app), data.size());
        return decoding.decode(data, details);
    }
}
