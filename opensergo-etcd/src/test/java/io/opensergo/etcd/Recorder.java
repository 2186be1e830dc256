package io.opensergo.etcd;

import static io.opensergo.rulerepository.TestRules.id;

import io.opensergo.controlplane.RuleSource;
import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleId;
import io.opensergo.rules.document.Problem;
import io.opensergo.rules.document.RuleKinds;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** Holds what a source reports. */
final class Recorder implements RuleSource.Listener {

    final Map<RuleId, Rule> rules = new ConcurrentHashMap<>();
    final List<Integer> batches = new CopyOnWriteArrayList<>();
    final List<Long> revisions = new CopyOnWriteArrayList<>();
    volatile boolean failNext;
    volatile List<Problem> problems = List.of();

    @Override
    public RuleKinds kinds() {
        return RuleKinds.standard();
    }

    @Override
    public void changed(Collection<? extends Rule> puts, Collection<RuleId> deletes) {
        throw new AssertionError("a source with an order of its own says its revision");
    }

    @Override
    public void changed(
            Collection<? extends Rule> puts, Collection<RuleId> deletes, long revision) {
        if (failNext) {
            failNext = false;
            throw new IllegalStateException("the listener fails once");
        }
        deletes.forEach(rules::remove);
        puts.forEach(rule -> rules.put(rule.id(), rule));
        revisions.add(revision);
        batches.add(puts.size() + deletes.size());
    }

    @Override
    public void problems(List<Problem> all) {
        problems = List.copyOf(all);
    }

    double threshold(String name) {
        return rules.get(id(name)) instanceof RateLimitStrategy limit ? limit.threshold() : -1;
    }

    long revision() {
        return revisions.get(revisions.size() - 1);
    }
}
