/** What the tests of several modules need. */
@NullMarked
package io.opensergo.testsupport;

import org.jspecify.annotations.NullMarked;
