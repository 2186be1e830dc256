/**
 * OpenSergo rules in Spring Cloud: the load balancer chooses among the instances that routes and
 * lanes leave, clients of OpenFeign are guarded, routes of the gateways are resources, and circuit
 * breakers are guards.
 *
 * <p>Open {@link io.opensergo.spring.cloud.InstanceRouting} for the load balancer, {@link
 * io.opensergo.spring.cloud.FeignGovernance} for OpenFeign, {@link
 * io.opensergo.spring.cloud.GatewayGovernance} and {@link
 * io.opensergo.spring.cloud.GatewayMvcGovernance} for the gateways. Everything here is safe for use
 * by many threads.
 */
@NullMarked
package io.opensergo.spring.cloud;

import org.jspecify.annotations.NullMarked;
