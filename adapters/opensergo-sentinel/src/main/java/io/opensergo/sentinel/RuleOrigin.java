package io.opensergo.sentinel;

import io.opensergo.api.Target;
import io.opensergo.rules.RuleId;
import org.jspecify.annotations.Nullable;

/**
 * Where a rule of Sentinel's comes from.
 *
 * @param target the application whose rules are followed
 * @param rule the FaultToleranceRule that brings the strategy to the resource; {@code null} if the
 *     strategy protects the whole process without one
 * @param strategy the strategy that it is the translation of
 */
public record RuleOrigin(Target target, @Nullable RuleId rule, RuleId strategy) {}
