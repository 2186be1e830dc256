package io.opensergo.proto;

import io.opensergo.rules.Rule;
import java.util.List;

/**
 * What a push holds: the rules that can be used, and what is wrong with the rest.
 *
 * @param rules the good rules, in the order of the messages
 * @param rejected the messages that are no rules, in their order
 * @param warnings what was ignored or put right; no rule is missing because of it
 * @param <R> the record class of the rules
 */
public record DecodedRules<R extends Rule>(
        List<R> rules, List<RejectedMessage> rejected, List<String> warnings) {

    public DecodedRules {
        rules = List.copyOf(rules);
        rejected = List.copyOf(rejected);
        warnings = List.copyOf(warnings);
    }
}
