package io.opensergo.etcd;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.opensergo.etcd.internal.api.KeyValue;
import io.opensergo.rulerepository.StoredRule;
import io.opensergo.rules.RuleId;
import io.opensergo.rules.document.Problem;
import io.opensergo.rules.document.RuleReader;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads what stands under the keys of rules. */
record EtcdDocuments(EtcdKeys keys, RuleReader reader) {

    /** What was read: rules, and keys that are of none. */
    record Content(List<StoredRule> rules, List<Problem> problems) {}

    Content read(List<KeyValue> entries) {
        List<StoredRule> rules = new ArrayList<>();
        List<Problem> problems = new ArrayList<>();
        for (KeyValue entry : entries) {
            RuleId id = idOf(entry);
            if (id == null) {
                problems.add(noRule(entry));
            } else {
                StoredRule rule = read(id, entry);
                rules.add(rule);
                problems.addAll(rule.problems());
            }
        }
        return new Content(rules, problems);
    }

    @Nullable RuleId idOf(KeyValue entry) {
        return keys.ruleOf(entry.getKey().toString(UTF_8));
    }

    StoredRule read(RuleId id, KeyValue entry) {
        return StoredRule.read(id, entry.getValue().toString(UTF_8), placeOf(entry), reader);
    }

    Problem noRule(KeyValue entry) {
        return new Problem(
                Problem.Severity.ERROR,
                placeOf(entry),
                1,
                0,
                0,
                "",
                "must be "
                        + keys.rules().toString(UTF_8)
                        + "KIND/NAMESPACE/NAME, each part encoded as in a URL: put"
                        + " the rule there and delete this key");
    }

    static String placeOf(KeyValue entry) {
        return "etcd " + entry.getKey().toString(UTF_8);
    }
}
