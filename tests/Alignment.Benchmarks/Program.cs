Console.Error.WriteLine("No benchmark exists yet.");
return 2;
