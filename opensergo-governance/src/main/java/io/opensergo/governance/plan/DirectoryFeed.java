package io.opensergo.governance.plan;

import io.opensergo.rulefiles.RuleDirectory;
import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleId;
import io.opensergo.rules.document.Problem;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the rules in a directory: all that a scan of it brings takes effect as one.
 *
 * <p>Told by the starting thread first and then by the directory's own, one thing after the other.
 */
public final class DirectoryFeed implements Feed {

    private static final Logger LOG = LoggerFactory.getLogger(DirectoryFeed.class);
    private static final int MAX_NAMED = 10;

    /** As a control plane orders them, so that the same rules are joined in the same way. */
    private static final Comparator<RuleId> ORDER =
            Comparator.comparing(RuleId::name)
                    .thenComparing(RuleId::namespace)
                    .thenComparing(RuleId::kind);

    private final RuleDirectory directory;
    private final Belonging belonging;
    private final Consumer<UnaryOperator<RuleBook>> update;
    private final Reports reports = new Reports();
    private final RuleDirectory.Following following;

    /**
     * Reads what is there, and puts it into force before it returns.
     *
     * @param update takes each change, on the thread that read it
     * @throws java.io.UncheckedIOException if the directory cannot be read
     */
    public DirectoryFeed(
            RuleDirectory directory,
            Belonging belonging,
            Consumer<UnaryOperator<RuleBook>> update) {
        this.directory = directory;
        this.belonging = belonging;
        this.update = update;
        this.following = directory.follow(reports);
        reports.begin();
    }

    @Override
    public String name() {
        return directory.toString();
    }

    @Override
    public void close() {
        following.close();
    }

    /** What the directory holds, and puts into force as soon as all of it has been read. */
    private final class Reports implements RuleDirectory.Listener {

        private final Map<RuleId, Rule> rules = new TreeMap<>(ORDER); // guarded by this
        private List<Problem> problems = List.of(); // guarded by this
        private boolean begun; // guarded by this

        synchronized void begin() {
            begun = true;
            belonging.log("in " + name(), rules.values());
            publish();
        }

        @Override
        public synchronized void changed(
                Collection<? extends Rule> puts,
                Collection<RuleId> deletes,
                long revision,
                Map<RuleId, String> places) {
            if (puts.isEmpty() && deletes.isEmpty()) {
                return;
            }
            deletes.forEach(rules::remove);
            puts.forEach(rule -> rules.put(rule.id(), rule));
            if (begun) {
                LOG.info("{} has changed: {}", name(), describe(puts, deletes, places));
            }
            publish();
        }

        @Override
        public synchronized void problems(List<Problem> now) {
            List<Problem> gone = new ArrayList<>(problems);
            gone.removeAll(now);
            now.stream()
                    .filter(problem -> !problem.isError() && !problems.contains(problem))
                    .forEach(problem -> LOG.warn("{}", problem));
            gone.forEach(problem -> LOG.info("No longer: {}", problem));
            problems = now;
            publish();
        }

        private void publish() {
            if (begun) {
                RuleBook book = RuleBook.of(rules.values(), belonging, problems);
                update.accept(before -> book);
            }
        }
    }

    private static String describe(
            Collection<? extends Rule> puts,
            Collection<RuleId> deletes,
            Map<RuleId, String> places) {
        int all = puts.size() + deletes.size();
        String named =
                Stream.concat(puts.stream().map(Rule::id), deletes.stream())
                        .limit(MAX_NAMED)
                        .map(id -> id + " (" + places.get(id) + ")")
                        .collect(Collectors.joining(", "));
        return all <= MAX_NAMED ? named : named + " and " + (all - MAX_NAMED) + " more";
    }
}
