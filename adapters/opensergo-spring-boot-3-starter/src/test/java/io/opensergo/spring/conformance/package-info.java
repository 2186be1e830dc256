/**
 * The cases of the conformance suite, as requests over sockets to a server and a gateway of Spring.
 */
@NullMarked
package io.opensergo.spring.conformance;

import org.jspecify.annotations.NullMarked;
