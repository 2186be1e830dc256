package io.opensergo.rulefiles;

import static org.assertj.core.api.Assertions.assertThat;

import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleId;
import io.opensergo.rules.document.Problem;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;

/** Holds what was reported. */
final class Recorder implements RuleDirectory.Listener {

    final Map<RuleId, Rule> rules = new LinkedHashMap<>();
    List<Problem> problems = List.of();
    final NavigableSet<Long> revisions = new TreeSet<>();
    int batches;
    int lastPuts;

    @Override
    public void changed(
            Collection<? extends Rule> puts,
            Collection<RuleId> deletes,
            long revision,
            Map<RuleId, String> places) {
        assertThat(revision).isGreaterThanOrEqualTo(revisions.isEmpty() ? 0 : revisions.last());
        revisions.add(revision);
        if (puts.isEmpty() && deletes.isEmpty()) {
            return;
        }
        batches++;
        lastPuts = puts.size();
        deletes.forEach(rules::remove);
        puts.forEach(rule -> rules.put(rule.id(), rule));
    }

    @Override
    public void problems(List<Problem> problems) {
        this.problems = problems;
    }

    Map<String, Long> thresholds() {
        Map<String, Long> thresholds = new LinkedHashMap<>();
        for (Rule rule : rules.values()) {
            var rateLimit = (RateLimitStrategy) rule;
            thresholds.put(rule.name(), rateLimit.threshold());
        }
        return thresholds;
    }

    List<String> messages() {
        return problems.stream().map(Problem::toString).toList();
    }
}
