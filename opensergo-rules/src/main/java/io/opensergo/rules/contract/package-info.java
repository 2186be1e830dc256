/**
 * What an application serves, as the specification's service metadata describes it: services, their
 * methods and types, and where they listen.
 *
 * <p>Open {@link io.opensergo.rules.contract.ApplicationMetadata} first. An application reports it
 * to its control plane; it is no rule.
 */
@NullMarked
package io.opensergo.rules.contract;

import org.jspecify.annotations.NullMarked;
