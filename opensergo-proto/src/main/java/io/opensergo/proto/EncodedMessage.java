package io.opensergo.proto;

import com.google.protobuf.Any;

/** A rule as its public message, and whether this message alone decodes to an equal rule. */
record EncodedMessage(Any packed, boolean sufficient) {}
