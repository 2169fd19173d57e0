namespace Alignment.Tests.Language

open System.Reflection
open Alignment.Tests

/// Names this assembly to the program that runs all tests.
type Marker = class end

module Main =
    [<EntryPoint>]
    let main args = Program.run args (Program.testsOf [ Assembly.GetExecutingAssembly() ])
