/**
 * OpenSergo rules govern the calls of Dubbo applications: guards on both sides, routes and lanes on
 * the consumer's. Dubbo finds it by its SPI; it is on if a control plane is named.
 *
 * <p>Start with {@link io.opensergo.dubbo.DubboGovernance}: it is what one application has, a
 * client and a governor. {@link io.opensergo.dubbo.ProviderGovernanceFilter}, {@link
 * io.opensergo.dubbo.ConsumerGovernanceFilter} and {@link io.opensergo.dubbo.TrafficRouterFactory}
 * bring calls to it. All is decided on the thread that makes or serves the call. Depends on {@code
 * opensergo-client-reactive} and {@code opensergo-governance}; the application brings Dubbo.
 */
@NullMarked
package io.opensergo.dubbo;

import org.jspecify.annotations.NullMarked;
