/**
 * HTTP under the console's API: bounded requests, exact paths, answers that browsers cannot misuse.
 *
 * <p>Open {@link io.opensergo.console.internal.http.WebServer} first. Nothing here knows rules or
 * who may do what.
 */
@NullMarked
package io.opensergo.console.internal.http;

import org.jspecify.annotations.NullMarked;
