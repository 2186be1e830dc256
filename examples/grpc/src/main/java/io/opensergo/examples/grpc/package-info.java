/** A service and its client on gRPC, governed by rules that change while they run. */
@NullMarked
package io.opensergo.examples.grpc;

import org.jspecify.annotations.NullMarked;
