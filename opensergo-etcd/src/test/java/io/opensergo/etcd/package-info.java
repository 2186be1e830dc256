@NullMarked
package io.opensergo.etcd;

import org.jspecify.annotations.NullMarked;
