// Calls of pure functions written in Fluffy.
//
// library shapes shapes.fl
//
//$ valgrind
//> circle of 12.57
//> 18.57
//> division by zero
//> 4
#include <stdio.h>

#include "shapes.h"

int main(void) {
    fluffy_options options = {0};
    fluffy_runtime *runtime;
    if (shapes_start(&options, &runtime) != FLUFFY_OK)
        return 1;
    shapes_shape all[] = {shapes_shape_of_circle(shapes_make_circle(2)), shapes_shape_of_box(shapes_make_box(2, 3))};
    fluffy_scope scope = {0};
    fluffy_string text;
    double total;
    int64_t quotient;
    if (shapes_describe(&all[0], &scope, &text) == FLUFFY_OK)
        printf("%s\n", text.bytes);
    fluffy_scope_end(&scope);
    if (shapes_total((shapes_total_shapes){all, 2}, &total) == FLUFFY_OK)
        printf("%.2f\n", total);
    if (shapes_divide(8, 0, &quotient) == FLUFFY_CRASHED)
        printf("%s\n", fluffy_error(runtime));
    if (shapes_divide(8, 2, &quotient) == FLUFFY_OK)
        printf("%lld\n", (long long)quotient);
    fluffy_stop(runtime, 0);
}
