/**
 * Rules in etcd: {@link io.opensergo.etcd.EtcdRuleSource} serves them from a control plane, and
 * {@link io.opensergo.etcd.EtcdRuleRepository} changes them.
 */
@NullMarked
package io.opensergo.etcd;

import org.jspecify.annotations.NullMarked;
