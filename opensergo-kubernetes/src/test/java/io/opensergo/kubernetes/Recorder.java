package io.opensergo.kubernetes;

import io.opensergo.controlplane.RuleSource;
import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleId;
import io.opensergo.rules.document.Problem;
import io.opensergo.rules.document.RuleKinds;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What a source has reported. */
final class Recorder implements RuleSource.Listener {

    private final Map<String, Rule> rules = new TreeMap<>();
    private final List<Long> revisions = new ArrayList<>();
    private List<Problem> problems = List.of();
    private int batches;
    private int failures;

    @Override
    public RuleKinds kinds() {
        return RuleKinds.standard();
    }

    @Override
    public void changed(Collection<? extends Rule> puts, Collection<RuleId> deletes) {
        throw new AssertionError("a source with an order of its own says its revision");
    }

    @Override
    public synchronized void changed(
            Collection<? extends Rule> puts, Collection<RuleId> deletes, long revision) {
        if (failures > 0) {
            failures--;
            throw new IllegalStateException("nothing can be taken now");
        }
        deletes.forEach(id -> rules.remove(id.toString()));
        puts.forEach(rule -> rules.put(rule.id().toString(), rule));
        revisions.add(revision);
        batches++;
    }

    @Override
    public synchronized void problems(List<Problem> now) {
        problems = now;
    }

    /** Takes none of the next batches. */
    synchronized void failNext(int batches) {
        failures = batches;
    }

    synchronized boolean hasFailed() {
        return failures == 0;
    }

    synchronized List<String> names() {
        return List.copyOf(rules.keySet());
    }

    synchronized Rule rule(String id) {
        return rules.get(id);
    }

    /** Returns the highest revision, which is the one that counts. */
    synchronized long revision() {
        return revisions.stream().mapToLong(Long::longValue).max().orElse(0);
    }

    synchronized int batches() {
        return batches;
    }

    synchronized String problems() {
        return problems.stream().map(Problem::toString).collect(Collectors.joining("\n"));
    }
}
