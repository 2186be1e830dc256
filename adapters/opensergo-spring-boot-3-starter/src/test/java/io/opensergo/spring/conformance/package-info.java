/**
 * The cases of the conformance suite, as requests over sockets to servers and gateways of Spring.
 */
@NullMarked
package io.opensergo.spring.conformance;

import org.jspecify.annotations.NullMarked;
