package io.opensergo.proto;

import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleKind;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The kinds that travel as public messages, each with its mapping. Immutable. */
final class MessageMappings {

    private final Map<RuleKind<?>, MessageMapping<?, ?>> byKind;

    private MessageMappings(List<MessageMapping<?, ?>> mappings) {
        this.byKind =
                mappings.stream()
                        .collect(
                                Collectors.toUnmodifiableMap(
                                        MessageMapping::kind, Function.identity()));
    }

    static MessageMappings standard() {
        return new MessageMappings(
                List.of(
                        new FaultToleranceRuleMapping(),
                        new RateLimitMapping(),
                        new ThrottlingMapping(),
                        new ConcurrencyLimitMapping(),
                        new CircuitBreakerMapping(),
                        new TrafficRouterMapping()));
    }

    /** Returns the mapping of a kind, or {@code null} if it has no public message. */
    @SuppressWarnings("unchecked") // a mapping is filed under its own kind
    <R extends Rule> @Nullable MessageMapping<R, ?> find(RuleKind<R> kind) {
        return (MessageMapping<R, ?>) byKind.get(kind);
    }

    /** Returns a rule as its public message, or {@code null} if its kind has none. */
    @Nullable EncodedMessage encode(Rule rule) {
        MessageMapping<?, ?> mapping = byKind.get(rule.kind());
        return mapping == null ? null : mapping.encode(rule);
    }
}
