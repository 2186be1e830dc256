package io.opensergo.rules.document;

import io.opensergo.rules.RuleKind;
import java.util.Collection;

/**
 * Brings kinds of its own to programs that do not know them: the command line, governors on rule
 * files, and whoever else asks for {@link RuleKinds#installed()}.
 *
 * <p>Found by {@link java.util.ServiceLoader}: a public class with a public constructor without
 * parameters, whose name stands in {@code
 * META-INF/services/io.opensergo.rules.document.RuleKindProvider} of a jar on the class path.
 */
public interface RuleKindProvider {

    /** Returns the kinds, the same each time. */
    Collection<RuleKind<?>> kinds();
}
