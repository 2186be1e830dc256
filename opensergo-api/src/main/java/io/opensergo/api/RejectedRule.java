package io.opensergo.api;

import org.jspecify.annotations.Nullable;

/**
 * A rule of a push that could not be used.
 *
 * @param name its name; {@code null} if it could not be read
 * @param reason the field, what is allowed and what was found
 * @param lastGoodKept whether the last good rule of that name is still part of the snapshot
 */
public record RejectedRule(@Nullable String name, String reason, boolean lastGoodKept) {}
