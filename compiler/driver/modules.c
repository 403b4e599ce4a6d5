#include "compiler/driver/modules.h"

#include <string.h>
#include <unistd.h>

#include "compiler/base/sb.h"
#include "compiler/driver/install.h"
#include "compiler/syntax/parser.h"
#include "compiler/syntax/source_load.h"

static const char *beside(const ModuleSearch *search, Name name) {
    return text_format("%s%s.fl", search->folder, name_text(name));
}

static const char *searched(void *context, Name name) {
    return text_format("`%s` and `%s/stdlib/%s.fl`", beside(context, name), install_folder(), name_text(name));
}

static const char *hidden(void *context, Name name) {
    const ModuleSearch *search = context;
    const char *path = beside(search, name);
    return name != search->root->name && access(path, F_OK) == 0 ? path : NULL;
}

static Module *load(void *context, Name name, Diagnostics *diags) {
    const ModuleSearch *search = context;
    const char *path = install_find(text_format("stdlib/%s.fl", name_text(name)));
    if (!path && name == search->root->name)
        return (Module *)search->root;
    bool library = path != NULL;
    if (!path)
        path = beside(search, name);
    if (access(path, F_OK) != 0)
        return NULL;
    const SourceFile *source = source_load(path, diags);
    if (!source)
        return NULL;
    Module *module = parse_module(source, diags);
    module->is_library = library;
    return module;
}

ModuleLoader modules_loader(ModuleSearch *search, Module *root) {
    const char *path = root->file->path;
    const char *slash = strrchr(path, '/');
    *search = (ModuleSearch){.root = root, .folder = text_format("%.*s", slash ? (int)(slash + 1 - path) : 0, path)};
    return (ModuleLoader){.load = load, .searched = searched, .hidden = hidden, .context = search};
}

bool modules_is_library(const Module *module) {
    for (size_t i = 0; i < module->functions.len; i++)
        if (strcmp(name_text(module->functions.data[i]->name), "main") == 0)
            return false;
    size_t declared = module->functions.len + module->constants.len + module->aliases.len + module->externs.len;
    return module->statements.len == 0 && declared > 0;
}
