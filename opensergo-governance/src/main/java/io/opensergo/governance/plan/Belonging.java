package io.opensergo.governance.plan;

import io.opensergo.api.Target;
import io.opensergo.rules.Rule;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which rules are an application's own: those of its namespace that are bound to it, or to no
 * application at all. All of them, if it is not said which application it is.
 *
 * @param target the application; {@code null} if it is not said
 */
public record Belonging(@Nullable Target target) {

    private static final Logger LOG = LoggerFactory.getLogger(Belonging.class);

    /** Returns the application's own of some rules, in their order. */
    public List<Rule> select(Collection<? extends Rule> rules) {
        return rules.stream().filter(this::isOwn).map(Rule.class::cast).toList();
    }

    /** Returns whether a rule is the application's own. */
    boolean isOwn(Rule rule) {
        return target == null
                || (target.namespace().equals(rule.metadata().namespace())
                        && (rule.app() == null || target.app().equals(rule.app())));
    }

    /**
     * Returns the applications that rules are bound to, if there are several and it is not said
     * which one counts; else none.
     */
    public List<String> rivals(Collection<? extends Rule> rules) {
        Set<String> apps = target == null ? appsOf(rules) : Set.of();
        return apps.size() < 2 ? List.of() : List.copyOf(apps);
    }

    /**
     * Says how many rules are left out; louder if none is left, since a name may be misspelt then.
     *
     * @param where follows "rules", such as {@code in directory /etc/opensergo}
     */
    public void log(String where, Collection<? extends Rule> rules) {
        List<Rule> others = new ArrayList<>(rules);
        others.removeIf(this::isOwn);
        if (others.isEmpty()) {
            return;
        }
        if (others.size() == rules.size()) {
            LOG.warn(
                    "None of the {} rules {} is one of {}; they are of {}. Check the name of the"
                            + " application and the namespace",
                    others.size(),
                    where,
                    target,
                    appsOf(others));
        } else {
            LOG.info(
                    "{} rules {} are not of {} and are left out: they are of {}",
                    others.size(),
                    where,
                    target,
                    appsOf(others));
        }
    }

    private static Set<String> appsOf(Collection<? extends Rule> rules) {
        Set<String> apps = new TreeSet<>();
        for (Rule rule : rules) {
            String app = rule.app();
            if (app != null) {
                apps.add(rule.metadata().namespace() + "/" + app);
            }
        }
        return apps;
    }
}
