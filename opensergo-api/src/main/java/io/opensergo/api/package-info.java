/** What an application sees of the SDK. */
@NullMarked
package io.opensergo.api;

import org.jspecify.annotations.NullMarked;
