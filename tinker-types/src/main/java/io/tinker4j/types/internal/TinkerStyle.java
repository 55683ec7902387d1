package io.tinker4j.types.internal;

import com.fasterxml.jackson.annotation.JsonTypeName;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.immutables.value.Value;

/** How every generated value looks: a package-private implementation behind a builder. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.SOURCE)
@Value.Style(
    visibility = Value.Style.ImplementationVisibility.PACKAGE,
    overshadowImplementation = true,
    jdkOnly = true,
    get = "*",
    // No attribute is nullable; the @Nullable of a free-form map's values is not the map's.
    nullableAnnotation = "NullableAttribute",
    // The builders of the types are written out and wrap the generated ones; none has this name.
    typeInnerBuilder = "GeneratedBuilder",
    passAnnotations = JsonTypeName.class,
    defaults = @Value.Immutable(copy = false))
public @interface TinkerStyle {}
