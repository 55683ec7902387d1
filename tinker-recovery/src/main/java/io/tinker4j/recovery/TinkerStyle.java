package io.tinker4j.recovery;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.Target;
import org.immutables.value.Value;

/** How every options type looks: a package-private implementation behind a nested builder. */
@Target(ElementType.TYPE)
@Retention(java.lang.annotation.RetentionPolicy.SOURCE)
@Value.Style(
    visibility = Value.Style.ImplementationVisibility.PACKAGE,
    overshadowImplementation = true,
    jdkOnly = true,
    get = "*",
    defaults = @Value.Immutable(copy = false))
public @interface TinkerStyle {}
