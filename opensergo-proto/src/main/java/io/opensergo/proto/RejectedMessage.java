package io.opensergo.proto;

import org.jspecify.annotations.Nullable;

/**
 * A message of a push that is no rule.
 *
 * @param index its position in the push, from 0
 * @param name the name of the rule it was meant to be; {@code null} if it does not say
 * @param reason which message it is and, for each fault, the path, what is allowed and what was
 *     found, such as {@code item 3 (RateLimitStrategy 'x'): threshold must be a whole number >= 0,
 *     was -1}; never a secret
 */
public record RejectedMessage(int index, @Nullable String name, String reason) {}
