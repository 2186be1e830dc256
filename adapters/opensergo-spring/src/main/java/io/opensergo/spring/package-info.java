/**
 * OpenSergo rules in Spring Framework 6.2 and 7: servers are guarded by the pattern of a request,
 * calls by host and template, methods by an annotation.
 *
 * <p>Open {@link io.opensergo.spring.MvcGovernance} for servers on servlets, {@link
 * io.opensergo.spring.WebFluxGovernance} for reactive ones, {@link
 * io.opensergo.spring.GovernedCalls} for clients and {@link io.opensergo.spring.Governed} for
 * methods. The starters for Spring Boot make all of them.
 */
@NullMarked
package io.opensergo.spring;

import org.jspecify.annotations.NullMarked;
