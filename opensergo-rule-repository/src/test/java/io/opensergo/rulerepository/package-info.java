@NullMarked
package io.opensergo.rulerepository;

import org.jspecify.annotations.NullMarked;
