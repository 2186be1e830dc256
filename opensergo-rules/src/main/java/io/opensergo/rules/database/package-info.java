/**
 * The database kinds of {@code database.opensergo.io/v1alpha1}.
 *
 * <p>Open {@link io.opensergo.rules.database.VirtualDatabase} first: it is what an application
 * connects to, and names one policy of each other kind. The specification has no schema for these
 * kinds and marks almost nothing as required; what its text calls a reference by name must be
 * there.
 */
@NullMarked
package io.opensergo.rules.database;

import org.jspecify.annotations.NullMarked;
